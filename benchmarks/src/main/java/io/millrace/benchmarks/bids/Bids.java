package io.millrace.benchmarks.bids;

/**
 * Bids like those of the Nexmark benchmark. Each follows from the seed and its index alone, so an oracle recomputes the input
 * without having read it. Half of the bids go to 100 hot auctions, the others evenly to all auctions. Prices are spread evenly
 * over their magnitudes. Event time advances by a second with every {@link #PER_SECOND} bids; one bid in ten is up to
 * {@link #DISORDER_MS} late, the others up to a tenth of a second.
 *
 * @param startMs the event time of index 0
 * @param count how many there are
 * @param auctions how many keys there are
 */
public record Bids(long seed, long startMs, long count, long auctions) {
    public static final long PER_SECOND = 10_000;
    /** No bid lies farther than this behind the largest event time before it. */
    public static final long DISORDER_MS = 3_000;

    private static final long JITTER_MS = 100;
    private static final long FIRST_AUCTION = 1_000;
    private static final long HOT_AUCTIONS = 100;
    private static final long BIDDERS = 50_000;
    private static final long CHANNELS = 10_000;
    private static final double MIN_PRICE = 100;
    private static final double PRICE_SPREAD = 1e6;

    public Bids {
        if (count < 1 || auctions < HOT_AUCTIONS) {
            throw new IllegalArgumentException("at least 1 bid on " + HOT_AUCTIONS + " auctions is needed");
        }
    }

    /** The bid with this index, counted from 0. */
    public Bid at(long index) {
        Draw draw = new Draw(seed, index);
        long auction = FIRST_AUCTION + draw.below(draw.below(2) == 0 ? HOT_AUCTIONS : auctions);
        long bidder = draw.below(BIDDERS);
        long price = (long) (MIN_PRICE * StrictMath.pow(PRICE_SPREAD, draw.unit()));
        long behindMs = draw.below(draw.below(10) == 0 ? DISORDER_MS : JITTER_MS);
        long lineMs = startMs + index / (PER_SECOND / 1000);
        return new Bid(auction, bidder, price, (int) draw.below(CHANNELS), lineMs - behindMs, draw.next() >>> 1);
    }
}
