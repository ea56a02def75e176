"""Where secrets and the key that opens them are kept: the vault's file, the system's keyring, the environment."""
