-- Bids, bidders and auctions of each day, in all and in three ranks of prices.
select time_bucket(interval 1 day, dateTime) as day,
  count(*) as totalBids,
  count(*) filter (where price < 10000) as rank1Bids,
  count(*) filter (where price >= 10000 and price < 1000000) as rank2Bids,
  count(*) filter (where price >= 1000000) as rank3Bids,
  count(distinct bidder) as totalBidders,
  count(distinct bidder) filter (where price < 10000) as rank1Bidders,
  count(distinct bidder) filter (where price >= 10000 and price < 1000000) as rank2Bidders,
  count(distinct bidder) filter (where price >= 1000000) as rank3Bidders,
  count(distinct auction) as totalAuctions,
  count(distinct auction) filter (where price < 10000) as rank1Auctions,
  count(distinct auction) filter (where price >= 10000 and price < 1000000) as rank2Auctions,
  count(distinct auction) filter (where price >= 1000000) as rank3Auctions
from bid group by day
