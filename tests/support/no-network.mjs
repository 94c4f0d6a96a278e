// Preload for a program of somebody else's: of all machines it finds this one only, as without a network, and each other
// that it asks for is told on standard error.
import dns from 'node:dns'
import net from 'node:net'

const LOOPBACK = new Set([undefined, '', 'localhost', '127.0.0.1', '::1'])

function notFound(host) {
  process.stderr.write(`\nreached for the network: ${host}\n`)
  return Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND', syscall: 'getaddrinfo', host })
}

const lookup = dns.lookup
dns.lookup = function (host, options, callback = options) {
  if (LOOPBACK.has(host)) return lookup.call(this, host, options, callback)
  setTimeout(callback, 1, notFound(host))
}

const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function (...args) {
  // Node calls it with the normalised arguments in one array, callers with the options alone.
  const first = Array.isArray(args[0]) ? args[0][0] : args[0]
  const to = typeof first === 'object' && first !== null ? first : { host: args[1] }
  // Names go through the lookup above; an address would not.
  if (!to.path && !LOOPBACK.has(to.host)) {
    if (net.isIP(to.host) !== 0) throw notFound(to.host)
    to.lookup = dns.lookup
  }
  return connect.apply(this, args)
}
