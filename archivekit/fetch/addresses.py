"""Addresses of machines: which of them a fetch may connect to."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

_NAT64 = IPv6Network("64:ff9b::/96")
"""RFC 6052: the last 32 bits are an IPv4 address."""


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public Internet: not private, loopback, link-local, multicast, reserved or
    unspecified (the IANA special-purpose registries), nor an IPv6 address that a tunnel turns into such an IPv4 one."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv4Address):
        return _plain(found)
    if found in _NAT64:
        return _plain(IPv4Address(int(found) & 0xFFFFFFFF))
    inside = [found.ipv4_mapped, found.sixtofour, *(found.teredo or ())]
    return _plain(found) and all(_plain(each) for each in inside if each is not None)


def _plain(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)
