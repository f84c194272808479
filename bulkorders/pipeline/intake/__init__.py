"""From a sheet to checked rows, and to the certainty that this sheet, campaign and journal are the ones meant."""
