import { describe, expect, test } from '@jest/globals'
import { defaultName, displayTarget, readTarget } from '../../../shared/probe/target.ts'

const read = (text: string) => {
  const reading = readTarget(text)
  if ('problem' in reading) throw new Error(reading.problem)
  return reading.value
}
const problem = (text: string): string => {
  const reading = readTarget(text)
  return 'problem' in reading ? reading.problem : 'no problem'
}

describe('the URL of a database or broker', () => {
  test.each([
    ['redis://host', 'redis://host:6379'],
    ['rediss://:pw@host/3', 'rediss://host:6379/3'],
    ['redis://user:pw@[::1]:7000/', 'redis://[::1]:7000/'],
    ['postgres://app:pw@db/shop?sslmode=require', 'postgres://db:5432/shop?sslmode=require'],
    ['postgresql://db:6000', 'postgresql://db:6000'],
    [
      'postgres://db/a%2Fb?schema=public&connection_limit=5',
      'postgres://db:5432/a%2Fb?schema=public&connection_limit=5',
    ],
    ['mqtt://broker', 'mqtt://broker:1883'],
    ['mqtts://u:p@broker/?mode=connect', 'mqtts://broker:8883/?mode=connect'],
    ['amqp://broker/%2F', 'amqp://broker:5672/%2F'],
    [
      'amqps://u:p@broker/shop?mode=publish&heartbeat=10',
      'amqps://broker:5671/shop?mode=publish&heartbeat=10',
    ],
  ])('%s has its usual port and is shown without credentials', (text, display) => {
    expect(displayTarget(read(text))).toBe(display)
  })

  test('names the check after host, port and path', () => {
    expect(defaultName(read('postgres://app:pw@db/shop'))).toBe('db:5432/shop')
    expect(defaultName(read('redis://:pw@cache'))).toBe('cache:6379')
  })

  test.each([
    [
      'redis://host/cache',
      /^redis:\/\/host: its path is not understood\. Write redis:\/\/:password@host:6379\/0\.$/,
    ],
    ['redis://host/1/2', /its path is not understood/],
    ['redis://host?db=1', /its parameter "db" is not known\. There are role, key and value\./],
    ['postgres://db/a/b', /its path is not understood.*with a \/ in the name as %2F/],
    [
      'postgres://db?sslmode=requir',
      /its sslmode is "requir"\. Write disable, allow, .* Did you mean "require"\?/,
    ],
    ['postgres://db?sslmod=require', /its parameter "sslmod" is not known.*Did you mean "sslmode"\?/],
    ['postgres://db?channel_binding=require', /its channel_binding is "require"\. Write disable or prefer\./],
    ['postgres://db?__proto__=1', /its parameter "__proto__" is not known/],
    ['mqtt://broker/topic', /its path is not understood/],
    ['mqtt://broker?mode=silent', /its mode is "silent"\. Write round-trip or connect\./],
    ['amqp://broker/a/b', /its path is not understood/],
    ['amqp://broker/%zz', /what follows its host is not understood/],
    ['amqp://broker/%00', /what follows its host is not understood/],
    ['mqtt://broker#x', /what follows its host is not understood/],
    ['postgres://%2Fvar%2Frun/db', /it does not name one host/],
    ['redis://a,b', /it does not name one host/],
    [
      'redis://:100%@host',
      /its user name or password holds a % that encodes no character\. Write % as %25\./,
    ],
    ['redis://:a%00b@host', /its user name or password holds a %/],
    ['redis://', /not a valid URL|names no host/],
    ['redis://host:0', /nothing can listen on port 0/],
    ['kafka://db', /unknown scheme\. Known are .*redis.*postgresql.*mqtts.*amqps/],
    ['reddis://host', /unknown scheme.*Did you mean "redis"\?/],
  ])('%s is refused', (text, message) => {
    expect(problem(text)).toMatch(message)
  })

  test.each([
    'redis://default:12#34secret@host',
    'redis://default:12?34secret@host',
    'redis://default:12/34secret@host',
    'redis://:pa#34secret@host',
    'redis://:pa/34secret@host/1',
    'postgres://app:1234/34secret@db/shop?sslmode=require',
  ])('%s is a password that was not encoded, and no part of it is shown', (text) => {
    const said = problem(text)
    expect(said).not.toMatch(/34secret|12|pa#/)
    expect(said).toMatch(/URL/)
  })
})
