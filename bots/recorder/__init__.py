"""What a person does in a browser, written down as the flow that the same person would have written.

The page's own witness (`witness.js`) sees each act at the moment it happens and names the element with the same eyes
that find it when the flow is played (`naming.js`); `story` turns what was seen into steps; `writing` and `paper` put
them into a flow file. Playwright's private recorder was measured and not taken: it sends every keystroke of a
password, and a snapshot of the page with the password in it, out of the page; it names an element after the page may
be gone; it sees an upload as typing and a date picker as forty clicks.
"""
