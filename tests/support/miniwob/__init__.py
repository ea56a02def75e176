"""MiniWoB++ for the tests: its static pages, served on this machine, and the scores that they give."""
