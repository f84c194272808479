"""Order sheets: Excel and CSV in, blank templates and the results workbook out."""
