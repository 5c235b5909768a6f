"""Parts of charts: layers, label placement, theme, rendering."""
