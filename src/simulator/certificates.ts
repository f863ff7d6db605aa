import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto'
import { isIPv4 } from 'node:net'
import { bits, bool, der, explicit, integer, octets, oid, sequence, setOf, utcTime, utf8 } from './der.ts'

/** A certificate with its private key, both PEM. */
export type Certificate = { readonly cert: string; readonly key: string }

export type Authority = Certificate & {
  /** A server certificate for these DNS names and IPv4 addresses; `expired` ends yesterday. */
  issueServer(names: readonly string[], expired?: boolean): Certificate
  /** A client certificate as the API server reads it: CN is the user, each O a group. */
  issueClient(user: string, groups: readonly string[]): Certificate
}

type Name = { readonly commonName: string; readonly organizations: readonly string[] }
type Keys = { readonly publicKey: KeyObject; readonly privateKey: KeyObject }
type Request = {
  readonly subject: Name
  readonly subjectKeys: Keys
  readonly issuer: Name
  readonly issuerKeys: Keys
  readonly extensions: readonly Buffer[]
  readonly expired: boolean
}

const DAY_MS = 86_400_000
const ECDSA_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1'
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'

/** A new self-signed authority (ECDSA P-256, X.509 v3 as RFC 5280 lays it out), valid for a day around now. */
export function createAuthority(commonName: string): Authority {
  const name = { commonName, organizations: [] }
  const keys = newKeys()
  const own = { subject: name, subjectKeys: keys, issuer: name, issuerKeys: keys, expired: false }
  const issue = (subject: Name, extensions: readonly Buffer[], expired: boolean): Certificate => {
    const subjectKeys = newKeys()
    const request = { subject, subjectKeys, issuer: name, issuerKeys: keys, extensions, expired }
    return { cert: certificateOf(request), key: keyOf(subjectKeys) }
  }
  return {
    cert: certificateOf({ ...own, extensions: [basicConstraints(true), keyUsage(0x06, 1)] }),
    key: keyOf(keys),
    issueServer: (names, expired = false) =>
      issue(
        { commonName: names[0] ?? 'server', organizations: [] },
        [basicConstraints(false), keyUsage(0x80, 7), extendedKeyUsage(SERVER_AUTH), subjectAltName(names)],
        expired,
      ),
    issueClient: (user, groups) =>
      issue(
        { commonName: user, organizations: groups },
        [basicConstraints(false), keyUsage(0x80, 7), extendedKeyUsage(CLIENT_AUTH)],
        false,
      ),
  }
}

function newKeys(): Keys {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' })
}

function keyOf(keys: Keys): string {
  return keys.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
}

function certificateOf(request: Request): string {
  const now = Date.now()
  const from = request.expired ? now - 3 * DAY_MS : now - DAY_MS
  const until = request.expired ? now - DAY_MS : now + DAY_MS
  const body = sequence(
    explicit(0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_SHA256,
    nameOf(request.issuer),
    sequence(utcTime(new Date(from)), utcTime(new Date(until))),
    nameOf(request.subject),
    spkiOf(request.subjectKeys),
    explicit(
      3,
      sequence(
        ...request.extensions,
        extension('2.5.29.14', false, octets(keyIdentifier(request.subjectKeys))),
        extension('2.5.29.35', false, sequence(der(0x80, keyIdentifier(request.issuerKeys)))),
      ),
    ),
  )
  const signature = sign('sha256', body, { key: request.issuerKeys.privateKey, dsaEncoding: 'der' })
  return pem('CERTIFICATE', sequence(body, ECDSA_SHA256, bits(signature)))
}

function pem(label: string, content: Buffer): string {
  const lines = content.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`
}

function nameOf(name: Name): Buffer {
  const part = (type: string, value: string): Buffer => setOf(sequence(oid(type), utf8(value)))
  return sequence(
    ...name.organizations.map((organization) => part('2.5.4.10', organization)),
    part('2.5.4.3', name.commonName),
  )
}

function spkiOf(keys: Keys): Buffer {
  return keys.publicKey.export({ type: 'spki', format: 'der' })
}

function keyIdentifier(keys: Keys): Buffer {
  return createHash('sha256').update(spkiOf(keys)).digest().subarray(0, 20)
}

function extension(type: string, critical: boolean, value: Buffer): Buffer {
  return sequence(oid(type), ...(critical ? [bool(true)] : []), octets(value))
}

function basicConstraints(authority: boolean): Buffer {
  return extension('2.5.29.19', true, authority ? sequence(bool(true)) : sequence())
}

function keyUsage(flags: number, unusedBits: number): Buffer {
  return extension('2.5.29.15', true, bits(Buffer.from([flags]), unusedBits))
}

function extendedKeyUsage(purpose: string): Buffer {
  return extension('2.5.29.37', false, sequence(oid(purpose)))
}

function subjectAltName(names: readonly string[]): Buffer {
  const entries = names.map((name) =>
    isIPv4(name) ? der(0x87, Buffer.from(name.split('.').map(Number))) : der(0x82, Buffer.from(name, 'ascii')),
  )
  return extension('2.5.29.17', false, sequence(...entries))
}
