"""The practice mall: seller centre, payment centre and ad centre with a database behind them."""
