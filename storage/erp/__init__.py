"""The core: catalog, orders, stock, finance: pure rules beside the few functions that read and write."""
