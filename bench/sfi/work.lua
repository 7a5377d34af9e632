-- SPDX-License-Identifier: Apache-2.0
-- A mixed Lua workload: recursion, tables, strings, closures, garbage.
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end

local function sieve(n)
  local t, c = {}, 0
  for i = 2, n do t[i] = true end
  for i = 2, n do
    if t[i] then
      c = c + 1
      for j = i * i, n, i do t[j] = false end
    end
  end
  return c
end

local function words(n)
  local t = {}
  for i = 1, n do
    local w = string.format("%x", (i * 2654435761) % 4096)
    t[w] = (t[w] or 0) + 1
  end
  local keys = {}
  for k in pairs(t) do keys[#keys + 1] = k end
  table.sort(keys)
  return table.concat(keys, ","):gsub("a", "b"):len()
end

local function queens(n)
  local found, cols, d1, d2 = 0, {}, {}, {}
  local function place(r)
    if r > n then found = found + 1 return end
    for c = 1, n do
      if not (cols[c] or d1[r + c] or d2[r - c + n]) then
        cols[c], d1[r + c], d2[r - c + n] = true, true, true
        place(r + 1)
        cols[c], d1[r + c], d2[r - c + n] = nil, nil, nil
      end
    end
  end
  place(1)
  return found
end

local function objects(n)
  local class = {}
  class.__index = class
  function class:add(x) self.v = self.v + x return self end
  local o = setmetatable({ v = 0 }, class)
  for i = 1, n do o:add(i % 7) ; local t = { i, i + 1, tostring(i) } ; o.last = t end
  return o.v
end

print(fib(27), sieve(400000), words(60000), queens(8), objects(300000))
