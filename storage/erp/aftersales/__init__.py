"""What comes back: returns, exchanges, refunds without goods, things sent again, and the money that follows them."""
