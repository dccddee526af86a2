-- The login challenge: every transition of qr-login §5.2, decided in one place on one clock.
--
-- KEYS[1]  q:{cid}        the challenge, a hash
-- KEYS[2]  qb:{browser}   issue only: the challenges of one browser, scored by time of issue
-- KEYS[3]  rl:i:{address} issue only: the address's token bucket
-- ARGV[1]  operation, ARGV[2] time in ms ('' = Redis TIME), ARGV[3…] its arguments
--
-- Answers {word, now, …view}; any word but `ok` and `same` means that nothing was changed, apart
-- from a lapse that had come due and a wrong pairing guess being counted.
--
-- Fields: s status, v revision, r role, c channel, b browser hash, g key generation, t issued at,
-- x expires at, h hard deadline, ip br os pl kb where the browser is, p claiming phone, n nonce
-- hash, st claimed step, nm masked scanner, pc pairing digits owed, pw wrong guesses, w reason,
-- rc refusal code, m what was approved, mk its fingerprint, eq ec the e-card platform's own code.

local PENDING_MS, SCANNED_MS, WAIT_MS, APPROVED_MS = 120000, 90000, 600000, 30000
local TOMBSTONE_MS, STEP_MS, MAX_LIVE, MAX_GENERATION = 60000, 5000, 5, 15
local BEFORE_MS, AHEAD_MS, MAX_SCAN_AGE_MS, CROWD_MS = 10000, 2000, 60000, 3600000
local TERMINAL = {exchanged = true, denied = true, cancelled = true, expired = true}

local key, op, now = KEYS[1], ARGV[1], tonumber(ARGV[2])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

-- How long until one more is allowed, in ms; 0: now, and it is counted. The key holds the moment at
-- which the bucket is full again; beyond `capacity` times `refill_ms` ahead of now it is empty.
local function bucket(name, capacity, refill_ms)
  local full = math.max(tonumber(redis.call('GET', name)) or now, now) + refill_ms
  local wait = full - capacity * refill_ms - now
  if wait > 0 then return math.ceil(wait) end
  redis.call('SET', name, full, 'PX', math.ceil(full - now))
  return 0
end

local function fields()
  return redis.call('HMGET', key, 's', 'v', 'r', 'c', 'x', 'nm', 'pc', 'w', 'rc', 't', 'g', 'ec', 'b')
end

local function shown(word, f)
  local owed = (f[7] and f[7] ~= '') and '1' or ''
  return {word, tostring(now), f[1], f[2], f[3], f[4], f[5], f[6] or '', owed, f[8] or '', f[9] or '',
    f[10], f[11], f[12] or ''}
end

-- read(browser, most polls at once | '', ms per further poll): only polls are counted. Accepted ones
-- are what the floor is measured from, so a client that was too fast recovers by waiting. It stands
-- before everything else because browsers that poll ask nothing else.
if op == 'read' then
  local f = fields()
  if f[13] ~= ARGV[3] then return {'gone', tostring(now)} end
  if ARGV[4] ~= '' then
    local wait = bucket(key .. ':polls', tonumber(ARGV[4]), tonumber(ARGV[5]))
    if wait > 0 then return {'limited', tostring(now), tostring(wait)} end
  end
  if TERMINAL[f[1]] or now < tonumber(f[5]) then return shown('ok', f) end
end

local function get(field) return redis.call('HGET', key, field) end

local function view(word) return shown(word, fields()) end

local function publish(version)
  redis.call('PUBLISH', key, version)
end

-- Moves to a status that lives for `life` ms at most, never past the hard deadline.
local function move(status, life)
  local last = TERMINAL[status] and now + life or math.min(now + life, tonumber(get('h')))
  redis.call('HSET', key, 's', status, 'x', last)
  redis.call('PEXPIRE', key, math.max(last - now, 1) + TOMBSTONE_MS)
  publish(redis.call('HINCRBY', key, 'v', 1))
end

local function bump(...)
  redis.call('HSET', key, ...)
  publish(redis.call('HINCRBY', key, 'v', 1))
end

local function is_live(cid)
  local f = redis.call('HMGET', 'q:' .. cid, 's', 'x')
  return f[1] and not TERMINAL[f[1]] and now < tonumber(f[2])
end

-- A challenge may outlive its first deadline, so each one is asked whether it still lives.
local function cancel_oldest(browser)
  local live = {}
  for _, cid in ipairs(redis.call('ZRANGE', browser, 0, -1)) do
    if is_live(cid) then live[#live + 1] = cid else redis.call('ZREM', browser, cid) end
  end
  if #live < MAX_LIVE then return end
  redis.call('ZREM', browser, live[1])
  local old = 'q:' .. live[1]
  redis.call('HSET', old, 's', 'cancelled', 'x', now + TOMBSTONE_MS)
  redis.call('PEXPIRE', old, TOMBSTONE_MS)
  redis.call('PUBLISH', old, redis.call('HINCRBY', old, 'v', 1))
end

local function issue()
  local b, role, channel, ip, br, os, pl, kb = unpack(ARGV, 3, 10)
  local hard_ms, capacity, refill_ms = tonumber(ARGV[11]), tonumber(ARGV[12]), tonumber(ARGV[13])
  local wait = bucket(KEYS[3], capacity, refill_ms)
  if wait > 0 then return {'limited', tostring(now), tostring(wait)} end
  cancel_oldest(KEYS[2])
  redis.call('HSET', key, 's', 'pending', 'v', 1, 'r', role, 'c', channel, 'b', b, 'g', 0, 't', now,
    'x', now + PENDING_MS, 'h', now + hard_ms, 'ip', ip, 'br', br, 'os', os, 'pl', pl, 'kb', kb)
  if ARGV[14] ~= '' then redis.call('HSET', key, 'eq', ARGV[14], 'ec', ARGV[15]) end
  redis.call('PEXPIRE', key, PENDING_MS + TOMBSTONE_MS)
  redis.call('ZADD', KEYS[2], now, string.sub(key, 3))
  redis.call('PEXPIRE', KEYS[2], hard_ms)
  return shown('ok', {'pending', '1', role, channel, tostring(now + PENDING_MS), '', '', '', '',
    tostring(now), '0', ARGV[15]})
end

if op == 'issue' then return issue() end

local status = get('s')
if not status then return {'gone', tostring(now)} end
if not TERMINAL[status] and now >= tonumber(get('x')) then
  move('expired', TOMBSTONE_MS)
  status = 'expired'
end

local function of_browser() return get('b') == ARGV[3] end
local function of_phone() return get('p') == ARGV[3] end
local function nonce_fits() return get('n') == ARGV[4] end

-- Why a phone that is not (or no longer) the claimer cannot go on.
local function closed()
  if status == 'expired' then return 'expired' end
  if status == 'denied' then return 'denied' end
  if status == 'cancelled' then return 'cancelled' end
  return 'taken'
end

local ops = {}

-- What a read sees of a challenge whose time had just run out.
function ops.read() return view('ok') end

function ops.role()
  if not of_browser() then return {'gone', tostring(now)} end
  if status ~= 'pending' or get('v') ~= ARGV[4] then return view('stale') end
  if get('r') == ARGV[5] then return view('same') end
  local generation = tonumber(get('g')) + 1
  if generation > MAX_GENERATION then return view('limited') end
  redis.call('HSET', key, 'r', ARGV[5], 'g', generation)
  if ARGV[6] ~= '' then redis.call('HSET', key, 'eq', ARGV[6], 'ec', ARGV[7]) end
  move('pending', PENDING_MS)
  return view('ok')
end

-- What the claimer learns, with how many people scanned codes of this address within an hour.
local function seen(word)
  local f = redis.call('HMGET', key, 'r', 'c', 'ip', 'br', 'os', 'pl', 'kb', 't', 'v')
  local crowd = 'sc:' .. f[3]
  redis.call('SADD', crowd, get('p'))
  redis.call('PEXPIRE', crowd, CROWD_MS)
  f[10] = tostring(redis.call('SCARD', crowd))
  return {word, tostring(now), unpack(f)}
end

-- scan(phone, generation, step, scanned at | '', grace ms, nonce hash, masked name)
function ops.scan()
  local phone, generation, step = ARGV[3], ARGV[4], tonumber(ARGV[5])
  local again = (status == 'scanned' or status == 'grant_wait') and get('p') == phone
  if (again or status == 'pending') and get('g') ~= generation then
    return {'role', tostring(now)}
  end
  if status ~= 'pending' and not again then return {closed(), tostring(now)} end
  if not (again and get('st') == ARGV[5]) then
    local scanned = math.min(tonumber(ARGV[6]) or now, now)
    local shown = tonumber(get('t')) + step * STEP_MS
    if now - scanned > MAX_SCAN_AGE_MS or shown < scanned - BEFORE_MS - tonumber(ARGV[7])
      or shown > scanned + AHEAD_MS then
      return {'old', tostring(now)}
    end
  end
  redis.call('HSET', key, 'n', ARGV[8], 'st', ARGV[5])
  if again then return seen('same') end
  redis.call('HSET', key, 'p', phone, 'nm', ARGV[9])
  move('scanned', SCANNED_MS)
  return seen('ok')
end

-- owe(phone, digits): the risk ladder asks for pairing. Who scans again is shown the digits that
-- stand, or none ('') once they were typed; wrong guesses are counted per challenge.
function ops.owe()
  if status ~= 'scanned' or not of_phone() then return {closed(), tostring(now)} end
  local standing = get('pc')
  if standing then return {'same', tostring(now), standing} end
  bump('pc', ARGV[4])
  return {'ok', tostring(now), ARGV[4]}
end

-- explain(phone, refusal code): the desk is told why the scan leads nowhere
function ops.explain()
  if status ~= 'scanned' or not of_phone() then return {closed(), tostring(now)} end
  if get('rc') ~= ARGV[4] then bump('rc', ARGV[4]) end
  return {'ok', tostring(now)}
end

-- claimer(browser, refusal code): whose scan the desk was told leads nowhere; nothing is changed
function ops.claimer()
  if not of_browser() then return {'gone', tostring(now)} end
  local owed = get('pc')
  if owed and owed ~= '' then return {'pair', tostring(now)} end
  if status ~= 'scanned' or get('rc') ~= ARGV[4] then return {'stale', tostring(now)} end
  return {'ok', tostring(now), get('p')}
end

function ops.pair()
  if not of_browser() then return {'gone', tostring(now)} end
  local owed = get('pc')
  if status ~= 'scanned' or not owed or owed == '' then return view('stale') end
  if owed == ARGV[4] then
    bump('pc', '')
    return view('ok')
  end
  if redis.call('HINCRBY', key, 'pw', 1) >= 2 then
    redis.call('HSET', key, 'w', 'pairing')
    move('denied', TOMBSTONE_MS)
    return view('denied')
  end
  return view('wrong')
end

function ops.wait()
  if not of_phone() then return {closed(), tostring(now)} end
  if not nonce_fits() then return {'nonce', tostring(now)} end
  if status == 'grant_wait' then return {'same', tostring(now)} end
  if status ~= 'scanned' then return {closed(), tostring(now)} end
  move('grant_wait', WAIT_MS)
  return {'ok', tostring(now)}
end

-- granted(): the legal representative said yes while the desk was waiting
function ops.granted()
  if status ~= 'grant_wait' then return {closed(), tostring(now)} end
  redis.call('HDEL', key, 'rc')
  move('scanned', SCANNED_MS)
  return {'ok', tostring(now)}
end

-- approve(phone, nonce hash, role shown, what is approved, its fingerprint)
function ops.approve()
  if not of_phone() then return {closed(), tostring(now)} end
  if status == 'approved' and get('mk') == ARGV[7] then return {'same', tostring(now)} end
  if status ~= 'scanned' then return {closed(), tostring(now)} end
  if not nonce_fits() then return {'nonce', tostring(now)} end
  if get('r') ~= ARGV[5] then return {'role', tostring(now)} end
  local owed = get('pc')
  if owed and owed ~= '' then return {'pair', tostring(now)} end
  redis.call('HSET', key, 'm', ARGV[6], 'mk', ARGV[7])
  move('approved', APPROVED_MS)
  return {'ok', tostring(now)}
end

function ops.deny()
  if not of_phone() then return {closed(), tostring(now)} end
  if status == 'denied' then return {'same', tostring(now)} end
  if TERMINAL[status] then return {closed(), tostring(now)} end
  if status ~= 'approved' and not nonce_fits() then return {'nonce', tostring(now)} end
  redis.call('HSET', key, 'w', ARGV[5])
  move('denied', TOMBSTONE_MS)
  return {'ok', tostring(now)}
end

-- refuse(reason, refusal code): the server ends it (risk, card state)
function ops.refuse()
  if TERMINAL[status] then return {closed(), tostring(now)} end
  redis.call('HSET', key, 'w', ARGV[3], 'rc', ARGV[4])
  move('denied', TOMBSTONE_MS)
  return {'ok', tostring(now)}
end

-- seen(e-card code): the e-card app read the platform's own code
-- A challenge that a phone has claimed is that phone's, whatever the e-card platform says later.
function ops.seen()
  if get('eq') ~= ARGV[3] or status ~= 'pending' then return {closed(), tostring(now)} end
  move('scanned', SCANNED_MS)
  return {'ok', tostring(now)}
end

-- assert(e-card code, person, masked name, what is approved, its fingerprint)
function ops.assert()
  if get('eq') ~= ARGV[3] or get('p') or (status ~= 'pending' and status ~= 'scanned') then
    return {closed(), tostring(now)}
  end
  redis.call('HSET', key, 'p', ARGV[4], 'nm', ARGV[5], 'm', ARGV[6], 'mk', ARGV[7])
  move('approved', APPROVED_MS)
  return {'ok', tostring(now)}
end

function ops.cancel()
  if not of_browser() then return {'gone', tostring(now)} end
  if TERMINAL[status] then return view('same') end
  move('cancelled', TOMBSTONE_MS)
  return view('ok')
end

-- poll(e-card code): whose turn it is to ask the e-card platform; '' when not due
function ops.poll()
  if not get('eq') or (status ~= 'pending' and status ~= 'scanned') then return {'idle', tostring(now)} end
  if not redis.call('SET', key .. ':turn', '1', 'NX', 'PX', ARGV[3]) then return {'idle', tostring(now)} end
  return {'ok', tostring(now), get('eq'), get('r')}
end

function ops.exchange()
  if not of_browser() then return {'gone', tostring(now)} end
  if status == 'exchanged' then return {'taken', tostring(now)} end
  if status ~= 'approved' then
    return {TERMINAL[status] and closed() or 'early', tostring(now)}
  end
  local f = redis.call('HMGET', key, 'm', 'p', 'r', 'kb', 'ip', 'br', 'os', 'pl')
  local kept = redis.call('HMGET', key, 'b', 'v', 'r', 'c', 't', 'h', 'g')
  redis.call('DEL', key)
  redis.call('HSET', key, 'b', kept[1], 'v', kept[2], 'r', kept[3], 'c', kept[4], 't', kept[5],
    'h', kept[6], 'g', kept[7])
  move('exchanged', TOMBSTONE_MS)
  return {'ok', tostring(now), unpack(f)}
end

local run = ops[op]
if not run then return redis.error_reply('unknown operation') end
return run()
