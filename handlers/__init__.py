"""One file per command or per thing that happens. Sync functions: event and context in, actions out."""
