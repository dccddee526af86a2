"""Control of the sandbox under `/_ctl/*` (contract §12 and more), for loopback clients only."""
