-- Tells live sessions that there is news, and remembers which was the newest.
-- KEYS[1 … n] what it is about, the rest lists of people's sessions; ARGV[1] for how many seconds it is
-- remembered, ARGV[2 … n + 1] id of the newest message or change of each.
-- The sessions' keys are channels as well: whoever watches one of them looks again.
local about, told = #ARGV - 1, 0
for i = 1, about do redis.call('SET', KEYS[i], ARGV[i + 1], 'EX', ARGV[1]) end
for i = about + 1, #KEYS do
  for _, name in ipairs(redis.call('ZRANGE', KEYS[i], 0, -1)) do
    told = told + redis.call('PUBLISH', name, 'news')
  end
end
return told
