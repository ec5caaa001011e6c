"""The command line `vaxcert`, one module a command."""
