-- A bucket of tokens that several processes share. KEYS[1] the bucket; ARGV: tokens a second, most
-- tokens kept, how many are wanted (negative: given back). Answers how many are given. A bucket
-- that nobody has used for a while is full.
local per_s, most, wanted = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = tonumber(clock[1]) * 1000 + math.floor(tonumber(clock[2]) / 1000)
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = most
if kept[1] then
  left = math.min(most, tonumber(kept[1]) + math.max(0, now - tonumber(kept[2])) * per_s / 1000)
end
local given = math.min(wanted, math.max(0, math.floor(left)))
redis.call('HSET', KEYS[1], 'left', tostring(math.min(most, left - given)), 'at', tostring(now))
redis.call('PEXPIRE', KEYS[1], math.ceil(most / per_s * 1000) + 1000)
return given
