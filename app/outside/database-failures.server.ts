import { AccessLost, Bug, InvalidInput, OutsideFailure } from '../errors.ts'

// SQLSTATE: connection trouble, shutdown, resources, lock and statement time-outs, deadlocks, serialization.
const PASSING = /^(08...|57P0[1-5]|57014|53...|55P03|40001|40P01|25P03|25P04)$/
const NODE_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
])
// Prisma: not reachable, timed out, closed, pool exhausted, transaction expired or unable to start, write conflict.
const PRISMA_CODES = new Set(['P1001', 'P1002', 'P1008', 'P1011', 'P1017', 'P2024', 'P2028', 'P2034', 'P2037'])
const WORDS =
  /Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|not queryable|Cannot use a pool after calling end/i

type Suspect = {
  code?: unknown
  message?: unknown
  cause?: unknown
  meta?: unknown
  originalCode?: unknown
  kind?: unknown
}

/** Whether waiting may help: PostgreSQL is down, restarting, full, too slow, or chose this transaction to fail. */
export function isPassingDatabaseFailure(error: unknown, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 4) return false
  const { code, message, cause, meta, originalCode, kind } = error as Suspect
  for (const one of [code, originalCode]) {
    if (typeof one === 'string' && (PASSING.test(one) || NODE_CODES.has(one) || PRISMA_CODES.has(one))) return true
  }
  if (kind === 'TransactionWriteConflict' || kind === 'SocketTimeout' || kind === 'ConnectionClosed') return true
  if (kind === 'DatabaseNotReachable' || kind === 'TooManyConnections') return true
  if (typeof message === 'string' && WORDS.test(message)) return true
  return (
    isPassingDatabaseFailure(cause, depth + 1) ||
    (typeof meta === 'object' &&
      meta !== null &&
      (isPassingDatabaseFailure(meta, depth + 1) ||
        isPassingDatabaseFailure((meta as { driverAdapterError?: unknown }).driverAdapterError, depth + 1)))
  )
}

/**
 * The error as the house names it: trouble that passes becomes OutsideFailure 'database-unavailable', anything else is
 * given back as it is (and counts as a Bug where nobody knows it).
 */
export function databaseFailure(error: unknown): unknown {
  // What the work inside a transaction has named already keeps its name.
  if ([OutsideFailure, AccessLost, InvalidInput, Bug].some((named) => error instanceof named)) return error
  if (!isPassingDatabaseFailure(error)) return error
  return new OutsideFailure('database-unavailable', 'PostgreSQL is unavailable, too slow, or refused a transaction', {
    cause: error,
    retryAfterMs: 2000,
  })
}
