"""Pure statistics: arrays in, arrays out.

Every module holds one idea and knows neither projects nor records; random numbers come from a
`numpy.random.Generator` that the caller passes. Nothing is imported here, so that importing one
module does not load the others.
"""
