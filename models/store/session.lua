-- Sessions: opened, looked at on every request, switched to another unit, ended. One round trip each.
--
-- KEYS[1] s:{hash of the session's secret}; ARGV[1] operation, ARGV[2] time in ms ('' = Redis TIME).
-- Fields: id shown name, k kind (desk | phone | officer), st stage (identity | unit), p person (or the
-- officer), av its revision, r role, u unit, m mandate (l:… legal rep, g:… grant), gv its revision, ep epoch, br os ip pl where
-- from, kb known browser, pa platform account, at opened, ls last seen, xa absolute end, il idle ms,
-- pf what proved who it is (scan | password | platform), vw sealed view, end why it ended (a tombstone
-- has nothing else).
--
-- rv:{mandate} and rv:p:{person} hold the revisions that stand in the database, behind a '?' for each
-- change that is being committed; absent when nobody asked lately. While in doubt or absent the
-- caller reads the database, and vouches.

local key, op, now = KEYS[1], ARGV[1], tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local TOMBSTONE_MS, SEEN_MS = 600000, 60000
local KINDS = {'desk', 'phone', 'officer'}

local function in_doubt(known) return string.sub(known, 1, 1) == '?' end

-- A session as the caller reads it: the values in this order (models/store/session.py), then `end`.
local function row_of(name)
  return redis.call('HMGET', name, 'id', 'k', 'st', 'p', 'av', 'r', 'u', 'm', 'gv', 'ep', 'ip', 'br', 'os',
    'pl', 'kb', 'pa', 'vw', 'pf', 'at', 'ls', 'xa', 'il', 'end')
end

local function revision_state(known, mine)
  if not known or in_doubt(known) then return '?' end
  return known == mine and 'ok' or 'old'
end

local function as_table(flat)
  local t = {}
  for i = 1, #flat, 2 do t[flat[i]] = flat[i + 1] end
  return t
end

local function list_key(kind, person) return 'ps:' .. kind .. ':' .. person end

local function finish(name, reason, session)
  session = session or as_table(redis.call('HGETALL', name))
  redis.call('DEL', name)
  redis.call('HSET', name, 'end', reason)
  redis.call('PEXPIRE', name, TOMBSTONE_MS)
  if session.p and session.k then redis.call('ZREM', list_key(session.k, session.p), name) end
  redis.call('PUBLISH', name, reason)
end

local function note_in_list(name, t)
  local list = list_key(t.k, t.p)
  redis.call('ZADD', list, now, name)
  redis.call('PEXPIRE', list, math.max(tonumber(t.xa) - now + TOMBSTONE_MS, redis.call('PTTL', list)))
end

local function store(name, first)
  local t = as_table({unpack(ARGV, first)})
  t.at, t.ls, t.xa = t.at or now, now, t.xa or now + tonumber(t.abs)
  t.abs = nil
  local flat = {}
  for field, value in pairs(t) do
    flat[#flat + 1], flat[#flat + 2] = field, value
  end
  redis.call('HSET', name, unpack(flat))
  redis.call('PEXPIRE', name, tonumber(t.il))
  if t.p and t.p ~= '' then note_in_list(name, t) end
  return t
end

local function live_of(list)
  local live = {}
  for _, name in ipairs(redis.call('ZRANGE', list, 0, -1)) do
    if redis.call('HEXISTS', name, 'p') == 1 then live[#live + 1] = name
    else redis.call('ZREM', list, name) end
  end
  return live
end

-- Ends a person's sessions beyond `most`, those longest unseen first, never the one just opened.
local function push_out(t, most, reason)
  if not t.p or t.p == '' then return end
  local live = live_of(list_key(t.k, t.p))
  local beyond = #live - most
  for _, name in ipairs(live) do
    if beyond > 0 and name ~= key then
      finish(name, reason)
      beyond = beyond - 1
    end
  end
end

local ops = {}

-- open(most devices, reason for those pushed out, fields…)
function ops.open()
  push_out(store(key, 5), tonumber(ARGV[3]), ARGV[4])
  return {'ok', tostring(now)}
end

-- touch(): is this session still good? {'ok'|'check'|'account'|'mandate'|'gone', now, row…}
function ops.touch()
  local f = row_of(key)
  local person, mandate, seen, idle, last = f[4], f[8], tonumber(f[20]), tonumber(f[22]), tonumber(f[21])
  if not last then return {'gone', tostring(now), f[23] or nil} end
  if now >= last or now >= seen + idle then
    finish(key, '')
    return {'gone', tostring(now)}
  end
  local word = 'ok'
  local known = redis.call('MGET', 'rv:p:' .. person, 'rv:' .. mandate)
  if person ~= '' then
    local account = revision_state(known[1], f[5])
    if account == 'old' then finish(key, '') return {'account', tostring(now), unpack(f)} end
    if account == '?' then word = 'check' end
  end
  if mandate ~= '' then
    local stands = revision_state(known[2], f[9])
    if stands == 'old' then word = 'mandate'
    elseif stands == '?' and word == 'ok' then word = 'check' end
  end
  if now - seen > SEEN_MS then
    redis.call('HSET', key, 'ls', now)
    redis.call('PEXPIRE', key, math.min(idle, last - now))
    redis.call('ZADD', list_key(f[2], person), now, key)
  end
  return {word, tostring(now), unpack(f)}
end

-- switch(epoch expected, fields…) KEYS[2] = the new session: the old one dies in the same step
function ops.switch()
  local t = as_table(redis.call('HGETALL', key))
  if not t.p or t.ep ~= ARGV[3] then return {'gone', tostring(now)} end
  finish(key, 'switched', t)
  store(KEYS[2], 4)
  return {'ok', tostring(now)}
end

-- bind(most devices, reason for those pushed out, fields…): a phone's session learns who holds it
function ops.bind()
  if redis.call('HEXISTS', key, 'xa') == 0 then return {'gone', tostring(now)} end
  redis.call('HSET', key, unpack(ARGV, 5))
  local t = as_table(redis.call('HGETALL', key))
  note_in_list(key, t)
  push_out(t, tonumber(ARGV[3]), ARGV[4])
  return {'ok', tostring(now)}
end

function ops.finish()
  if redis.call('HEXISTS', key, 'xa') == 0 then return {'gone', tostring(now)} end
  finish(key, ARGV[3])
  return {'ok', tostring(now)}
end

-- list(person): [[name, row…]…], those last seen most recently first
function ops.list()
  local answer = {'ok', tostring(now)}
  for _, kind in ipairs(KINDS) do
    for _, name in ipairs(live_of(list_key(kind, ARGV[3]))) do
      local row = row_of(name)
      table.insert(row, 1, name)
      answer[#answer + 1] = row
    end
  end
  return answer
end

-- Does something with each of a person's sessions under one mandate ('': all); how many there were.
local function each_under(person, mandate, act)
  local found = 0
  for _, kind in ipairs(KINDS) do
    for _, name in ipairs(live_of(list_key(kind, person))) do
      if mandate == '' or redis.call('HGET', name, 'm') == mandate then
        act(name)
        found = found + 1
      end
    end
  end
  return found
end

-- sweep(person, mandate | '' for all, reason): ends a person's sessions under one mandate
function ops.sweep()
  local ended = each_under(ARGV[3], ARGV[4], function(name) finish(name, ARGV[5]) end)
  return {'ok', tostring(now), tostring(ended)}
end

-- renew(revision, view): the session goes on under a later revision of its mandate
function ops.renew()
  local known = redis.call('HMGET', key, 'xa', 'gv')
  if not known[1] then return {'gone', tostring(now)} end
  if tonumber(known[2]) < tonumber(ARGV[3]) then
    redis.call('HSET', key, 'gv', ARGV[3], 'vw', ARGV[4])
  end
  return {'ok', tostring(now)}
end

-- vouch(revision, ms): what the database says, unless a change is under way or newer is known
function ops.vouch()
  local known = redis.call('GET', key)
  if known and in_doubt(known) then return {'ok', tostring(now)} end
  if not known or tonumber(known) < tonumber(ARGV[3]) then
    redis.call('SET', key, ARGV[3], 'PX', ARGV[4])
  end
  return {'ok', tostring(now)}
end

-- doubt(ms): a change is about to be committed; until it is announced the database is asked each time
function ops.doubt()
  redis.call('SET', key, '?' .. (redis.call('GET', key) or ''), 'PX', ARGV[3])
  return {'ok', tostring(now)}
end

-- announce(revision, ms): the change is committed. Another one that is under way keeps its doubt, and
-- whichever is announced last, the newest revision stays.
function ops.announce()
  local marks, known = string.match(redis.call('GET', key) or '', '^(%?*)(%d*)$')
  local newest = math.max(tonumber(known) or 0, tonumber(ARGV[3]))
  if #marks > 1 then
    redis.call('SET', key, string.sub(marks, 2) .. newest, 'PX', redis.call('PTTL', key))
  else
    redis.call('SET', key, newest, 'PX', ARGV[4])
  end
  return {'ok', tostring(now)}
end

-- settle(revision, ms, person | '', mandate, reason | ''): announces a change of a mandate; sessions
-- under it end in the same step or, without a reason, are told to look again
function ops.settle()
  ops.announce()
  if ARGV[5] == '' then return {'ok', tostring(now)} end
  each_under(ARGV[5], ARGV[6], function(name)
    if ARGV[7] == '' then redis.call('PUBLISH', name, 'changed') else finish(name, ARGV[7]) end
  end)
  return {'ok', tostring(now)}
end

local run = ops[op]
if not run then return redis.error_reply('unknown operation') end
return run()
