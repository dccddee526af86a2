-- For each challenge in KEYS: its revision (0 when gone) and 1 when its time is up but not yet said.
-- ARGV[1] time in ms ('' = Redis TIME).
local now = tonumber(ARGV[1])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end
local answer = {}
for i, key in ipairs(KEYS) do
  local f = redis.call('HMGET', key, 'v', 'x')
  answer[2 * i - 1] = tonumber(f[1]) or 0
  answer[2 * i] = (f[2] and now >= tonumber(f[2])) and 1 or 0
end
return answer
