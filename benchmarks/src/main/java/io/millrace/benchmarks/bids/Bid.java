package io.millrace.benchmarks.bids;

import java.nio.charset.StandardCharsets;

/**
 * One bid on an auction, about 330 bytes of JSON.
 *
 * @param dateTimeMs its event time, milliseconds since the epoch
 * @param extra chooses the text that only takes room
 */
public record Bid(long auction, long bidder, long price, int channel, long dateTimeMs, long extra) {
    private static final int MIN_EXTRA_CHARS = 115;
    private static final int EXTRA_SPREAD_CHARS = 64;
    private static final int NOISE_CHARS = 4096;
    private static final String NOISE = noise();

    /** The bid as a JSON object: auction, bidder, price, channel, url, dateTime (a number), extra. */
    public byte[] json() {
        StringBuilder json = new StringBuilder(400);
        json.append("{\"auction\":").append(auction);
        json.append(",\"bidder\":").append(bidder);
        json.append(",\"price\":").append(price);
        json.append(",\"channel\":\"channel-").append(channel);
        json.append("\",\"url\":\"https://www.auctions.example/");
        json.append(Long.toString(auction * 1_000_003, Character.MAX_RADIX));
        json.append("/item.htm?query=1&channel_id=").append(channel);
        json.append("\",\"dateTime\":").append(dateTimeMs);
        json.append(",\"extra\":\"");
        int start = (int) (extra & (NOISE_CHARS - 1));
        int length = MIN_EXTRA_CHARS + (int) (extra >>> 12 & (EXTRA_SPREAD_CHARS - 1));
        json.append(NOISE, start, start + length);
        return json.append("\"}").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String noise() {
        StringBuilder text = new StringBuilder();
        Draw draw = new Draw(0, 0);
        while (text.length() < NOISE_CHARS + MIN_EXTRA_CHARS + EXTRA_SPREAD_CHARS) {
            text.append((char) ('a' + draw.below(26)));
        }
        return text.toString();
    }
}
