/** `sun_path` of unix(7) has 108 bytes, one of them a NUL; what is longer is told as ENOENT by the system. */
export const LONGEST_SOCKET_PATH = 107

/** The host of a URL or of a person without the brackets of an IPv6 address. */
export function bareHost(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
}
