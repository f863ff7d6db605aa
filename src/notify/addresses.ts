import { lookup, type LookupAddress } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Not public in IPv4: the IANA special-purpose registry (RFC 6890), multicast (RFC 5771) and what is reserved. */
const CLOSED_V4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const
/** Of the global unicast addresses of IPv6 (RFC 4291): protocol assignments with Teredo, documentation, and 6to4, which holds an IPv4. */
const CLOSED_V6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const

/** What the connection fails with where an address is not allowed. */
export const ADDRESS_REFUSED = 'ERR_ADDRESS_REFUSED'

export type AddressCheck = (address: string) => boolean

/**
 * Whether an address is public. In IPv6 only global unicast is: loopback, link-local, unique local, multicast, mapped and translated
 * addresses are outside of it. The lists are apart, since a list of both takes an IPv4 address for a mapped IPv6 one.
 */
export function publicAddresses(): AddressCheck {
  const closedV4 = new BlockList()
  for (const [net, prefix] of CLOSED_V4) closedV4.addSubnet(net, prefix, 'ipv4')
  const openV6 = new BlockList()
  openV6.addSubnet('2000::', 3, 'ipv6')
  const closedV6 = new BlockList()
  for (const [net, prefix] of CLOSED_V6) closedV6.addSubnet(net, prefix, 'ipv6')
  return (address) => {
    const family = isIP(address)
    if (family === 4) return !closedV4.check(address, 'ipv4')
    return family === 6 && openV6.check(address, 'ipv6') && !closedV6.check(address, 'ipv6')
  }
}

/**
 * The look-up that a connection is made by, so that the address that is checked is the one that is dialled: a second look-up could answer
 * otherwise. One address that is not allowed refuses the name. A host that is an address itself is never looked up: see {@link isOpenHost}.
 */
export function checkedLookup(isAllowed: AddressCheck): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error) return callback(error, [])
      if (addresses.length === 0 || !addresses.every(({ address }) => isAllowed(address)))
        return callback(refused(), [])
      if (options.all) return callback(null, addresses)
      const [first] = addresses
      return callback(null, first!.address, first!.family)
    })
  }
}

function refused(): NodeJS.ErrnoException {
  return Object.assign(new Error('the address is not allowed'), { code: ADDRESS_REFUSED })
}

/** Whether the host of a URL may be dialled as it stands: names are judged when they are looked up. */
export function isOpenHost(url: URL, isAllowed: AddressCheck): boolean {
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return isIP(host) === 0 || isAllowed(host)
}
