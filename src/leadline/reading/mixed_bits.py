"""Bits spread evenly: the finaliser of SplitMix64."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def mixed_bits(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Spread bits evenly: a change of one changes about half of them [1]_.

    Parameters
    ----------
    bits : ndarray of uint64, shape (n,)

    Returns
    -------
    ndarray of uint64, shape (n,)
        Different for different ones; 0 for 0.

    References
    ----------
    .. [1] G. L. Steele, D. Lea and C. H. Flood (2014), Fast splittable pseudorandom number
       generators. Proc. OOPSLA, 453-472.

    Examples
    --------
    >>> mixed_bits(np.array([0, 1], dtype=np.uint64)).tolist()
    [0, 6238072747940578789]
    """
    bits = (bits ^ (bits >> np.uint64(30))) * _MIX_1
    bits = (bits ^ (bits >> np.uint64(27))) * _MIX_2
    return bits ^ (bits >> np.uint64(31))
