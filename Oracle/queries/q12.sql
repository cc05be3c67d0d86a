-- Bids per bidder in 10 s of processing time: a virtual clock moves on by a second with each thousand bids.
select bidder, count(*) as bids,
  make_timestamp(arrival // 10000 * 10000000) as window_start,
  make_timestamp((arrival // 10000 + 1) * 10000000) as window_end
from bid group by bidder, arrival // 10000
