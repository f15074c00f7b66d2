"""Reading payloads from the files people have.

A file can be one payload, newline-delimited JSON, an array, or a dump of a queue, an event bus or an HTTP
recording, compressed or not. Everything is read as a stream, so the size of a file does not matter. The
steps, in the order of the data:

* `paths` finds the files of a path.
* `streams` reads the bytes of a file, and `compression` decompresses them.
* `splitting` splits them into rows, with `scan`, which finds where JSON values end.
* `wrappers` finds the payload in a row that wraps it; `presets` lists the documented wrappers.
* `reading` does all of that, and gives `records`. `parts` does it in parts, for several processes.
"""
