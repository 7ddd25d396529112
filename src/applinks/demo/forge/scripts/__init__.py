"""Scripts of the forge, as its users write them: each file is loaded by itself, by `applinks.running.Scripts`."""
