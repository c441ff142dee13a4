-- QVIM Studio for REAPER: makes sounds that imitate the selected item and inserts the best one at
-- the edit cursor, on the selected track.
--
-- Start the service first (qvim-studio serve). In REAPER: Actions > Show action list > New action >
-- Load ReaScript, and choose this file. It needs curl, which Windows 10, macOS and most Linux
-- systems bring along.
--
-- The tests run this script against the service with a stand-in for REAPER. It was not run inside
-- REAPER itself.

local ADDRESS = "http://127.0.0.1:8480/v1" -- of qvim-studio serve
local LOOK_EVERY_S = 0.5 -- at the job, while it runs
local ANSWER_MS = 20000 -- that the service may take for one answer
local SLACK_S = 0.01 -- by which an item may be shorter than its file

local is_windows = reaper.GetOS():match("^Win") ~= nil
local is_mac = reaper.GetOS():match("OS") ~= nil

local function tell(text)
  reaper.ShowMessageBox(text, "QVIM Studio", 0)
end

local function token_file()
  if is_windows then
    return os.getenv("LOCALAPPDATA") .. "\\qvim-studio\\service-token"
  elseif is_mac then
    return os.getenv("HOME") .. "/Library/Application Support/qvim-studio/service-token"
  end
  local data = os.getenv("XDG_DATA_HOME") or os.getenv("HOME") .. "/.local/share"
  return data .. "/qvim-studio/service-token"
end

local function curl()
  if is_windows then
    return os.getenv("SystemRoot") .. "\\System32\\curl.exe"
  end
  return "/usr/bin/curl"
end

local function url_text(text)
  return (text:gsub("[^%w%-_%.]", function(letter)
    return string.format("%%%02X", letter:byte())
  end))
end

local function json_text(text)
  local escaped = text:gsub('[%c"\\]', function(letter)
    return string.format("\\u%04x", letter:byte())
  end)
  return '"' .. escaped .. '"'
end

-- The first text of that name in an answer of the service; nil where it is null or absent.
local function text_in(answer, name)
  local _, at = answer:find('"' .. name .. '":"', 1, true)
  if not at then
    return nil
  end
  local plain = { n = "\n", t = "\t", r = "\r", b = "\b", f = "\f" }
  local letters = {}
  while true do
    at = at + 1
    local letter = answer:sub(at, at)
    if letter == '"' or letter == "" then
      return table.concat(letters)
    elseif letter == "\\" then
      at = at + 1
      letter = answer:sub(at, at)
      letter = plain[letter] or letter
    end
    letters[#letters + 1] = letter
  end
end

-- The answer of the service, or nil and a sentence.
local function ask(address, file)
  local command = '"' .. curl() .. '" -q -s -S --noproxy "*" -H "@' .. token_file() .. '"'
  if file then
    command = command .. ' --data-binary "@' .. file .. '"'
  end
  local output = reaper.ExecProcess(command .. ' "' .. ADDRESS .. address .. '"', ANSWER_MS)
  local status, answer = (output or "1\n"):match("^(%-?%d+)\n(.*)$")
  if status ~= "0" then
    return nil, "The service does not answer. Start it with: qvim-studio serve"
  end
  local fault = text_in(answer, "error")
  if fault then
    return nil, fault
  end
  return answer
end

-- The file of the selected item, or nil and a sentence.
local function selected_file()
  local item = reaper.GetSelectedMediaItem(0, 0)
  local take = item and reaper.GetActiveTake(item)
  if not take or reaper.TakeIsMIDI(take) then
    return nil, "Select an audio item, such as a recording of your voice."
  end
  local source = reaper.GetMediaItemTake_Source(take)
  local begin_s = reaper.GetMediaItemTakeInfo_Value(take, "D_STARTOFFS")
  local rate = reaper.GetMediaItemTakeInfo_Value(take, "D_PLAYRATE")
  local length_s = reaper.GetMediaItemInfo_Value(item, "D_LENGTH") * rate
  if begin_s > SLACK_S or length_s < reaper.GetMediaSourceLength(source) - SLACK_S then
    return nil, "The item is a part of its file. Glue it first (Item > Glue items)."
  end
  return reaper.GetMediaSourceFileName(source, "")
end

local function wait_for(job)
  local next_look_s = 0
  local function look()
    if reaper.time_precise() < next_look_s then
      return reaper.defer(look)
    end
    next_look_s = reaper.time_precise() + LOOK_EVERY_S
    local answer, fault = ask("/jobs/" .. job)
    if not answer then
      return tell(fault)
    end
    local path = text_in(answer, "path")
    if path then
      reaper.InsertMedia(path, 0)
      reaper.UpdateArrange()
    elseif text_in(answer, "state") == "finished" then
      tell("The service made no sound.")
    else
      reaper.defer(look)
    end
  end
  look()
end

local function main()
  local file, fault = selected_file()
  if not file then
    return tell(fault)
  end
  local captions = "Words (may be empty),Sounds to make,separator=\n"
  local is_given, typed = reaper.GetUserInputs("QVIM Studio", 2, captions, "\n4")
  if not is_given then
    return
  end
  local words, count = typed:match("^(.*)\n%s*(%d+)%s*$")
  if not words then
    return tell("Give the number of sounds in digits, such as 4.")
  end
  local name = file:match("[^/\\]+$")
  local sent
  sent, fault = ask("/takes?name=" .. url_text(name), file)
  if not sent then
    return tell(fault)
  end
  local body = '{"take":' .. json_text(text_in(sent, "take")) .. ',"text":' .. json_text(words)
  body = body .. ',"variations":' .. count .. "}"
  local request_file = reaper.GetResourcePath() .. "/qvim-studio-request.json"
  local opened = io.open(request_file, "wb")
  if not opened then
    return tell("The request cannot be written to " .. request_file .. ".")
  end
  opened:write(body)
  opened:close()
  local answer
  answer, fault = ask("/generate", request_file)
  os.remove(request_file)
  if not answer then
    return tell(fault)
  end
  wait_for(text_in(answer, "job"))
end

main()
