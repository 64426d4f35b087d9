/** The parts of `unix:///run/app.sock:/health?x=1`: the path of the socket, and what is asked there. */
export function socketAndPath(url: URL): { socketPath: string; path: string } {
  const colon = url.pathname.indexOf(':/')
  const socketPath = colon === -1 ? url.pathname : url.pathname.slice(0, colon)
  const path = colon === -1 ? '/' : url.pathname.slice(colon + 1)
  return { socketPath: decodeURIComponent(socketPath), path: path + url.search }
}
