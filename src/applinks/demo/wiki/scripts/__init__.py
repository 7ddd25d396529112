"""Scripts of the wiki, as its users write them: each file is loaded by itself, by `applinks.running.Scripts`."""
