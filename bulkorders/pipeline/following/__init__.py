"""What became of orders after they were placed: asked, recorded, written into workbooks. Nothing here can buy."""
