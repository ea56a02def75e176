"""A second way to run a short command: in a process that has read the program already.

1. `keeping`: serve holds one process, `standing`, that has imported everything and listens on a socket of this user;
   without serve, a command that found none leaves one behind for an hour (`lingering`).
2. `client`: the command line's beginning, before it imports anything, sends what it was told (`letter`) and its
   terminal to the socket. Who does not answer at once, or is not made of the same files, is let be: the command runs
   as it always did.
3. `standing` forks for each letter; the fork (`guest`) puts itself into the sender's place and says that it is ready.
   Only then does the client say "go", once; from here on nobody else runs this command.
4. The guest ends as the command would have ended, and the client with it: same output, same exit code, same signals.

The technique is that of dmypy, gpg-agent and nailgun. Linux only: elsewhere every command runs by itself.
"""
