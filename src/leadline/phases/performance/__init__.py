"""Performance of what is on offer: operating points, slices, test rows, the stream."""
