"""Pure statistics: arrays in, arrays out.

Every module holds one idea and knows neither projects nor records; chance comes in as a
`numpy.random.Generator`. Nothing is imported here, so that asking for one module does not pay
for the others.
"""
