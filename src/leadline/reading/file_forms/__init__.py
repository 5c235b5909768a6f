"""Files as columns of cells: delimited text, JSON, Parquet, workbooks."""
