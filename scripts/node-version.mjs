// Loaded before every script. npm scripts run under the Node 24 that `npm ci` installs; where npm has no build of it
// (macOS), they run under the person's own Node, and an old one would stop at the first `.ts` file without a word of why.
const major = Number(process.versions.node.split('.')[0])
if (major < 24) {
  console.error(
    `Node 24 or newer is needed${process.platform === 'darwin' ? ' on macOS' : ''}, this is ${process.version}.` +
      (process.platform === 'darwin' ? ' Install it, then run the command again.' : ' Run `npm ci` first.'),
  )
  process.exit(1)
}
