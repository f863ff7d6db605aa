/** A Redis URL, taken apart. The password is in the clear: never to be logged or told. */
export type RedisUrl = {
  readonly tls: boolean
  readonly host: string
  readonly port: number
  readonly username: string | null
  readonly password: string | null
  readonly database: number
}

/**
 * Reads `redis[s]://[user[:password]@]host[:port][/database]`; null for anything else. A query is refused: libraries take options of
 * their own from it. Source of the form: the IANA registrations of the schemes redis and rediss.
 */
export function readRedisUrl(text: string): RedisUrl | null {
  const url = URL.parse(text)
  if (!url || !/^rediss?:$/.test(url.protocol) || url.hostname === '') return null
  const [, database] = /^\/?(\d{0,4})$/.exec(url.pathname) ?? []
  if (database === undefined || url.search !== '' || url.hash !== '') return null
  try {
    return {
      tls: url.protocol === 'rediss:',
      host: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port === '' ? 6379 : Number(url.port),
      username: decodeURIComponent(url.username) || null,
      password: decodeURIComponent(url.password) || null,
      database: Number(database),
    }
  } catch {
    return null
  }
}
