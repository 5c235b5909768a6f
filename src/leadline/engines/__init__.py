"""What can be exchanged: model families, executors and servers, found by name.

Nobody imports a built-in engine; it comes in through an entry point, as a guest's would.
`contract` says what an engine must do, `loading` finds it, and `leadline.testing` checks it.
"""
