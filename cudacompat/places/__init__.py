"""Where this machine keeps things, and where programs are looked for."""
