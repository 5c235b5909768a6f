"""What every chart is drawn with: marks, layout, theme, rendering."""
