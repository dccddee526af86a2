-- A counter within a window. KEYS[1] the counter; ARGV: most, window ms, cost (0 = only look).
-- Answers 0 when allowed, else how many ms to wait.
local used = tonumber(redis.call('GET', KEYS[1]) or '0')
local most, window, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
if used + math.max(cost, 1) > most then
  return math.max(redis.call('PTTL', KEYS[1]), 1)
end
if cost > 0 then
  redis.call('INCRBY', KEYS[1], cost)
  if used == 0 then redis.call('PEXPIRE', KEYS[1], window) end
end
return 0
