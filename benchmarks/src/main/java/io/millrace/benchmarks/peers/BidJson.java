package io.millrace.benchmarks.peers;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.io.SerializedString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The peers' JSON, by streaming and without a tree. A record is read to its end, so that malformed JSON behind the last wanted
 * field is found, as Millrace does. Safe for all threads.
 */
final class BidJson {
    private static final int OUTPUT_BYTES = 128;
    private static final SerializedString AUCTION = new SerializedString("auction");
    private static final SerializedString BIDDER = new SerializedString("bidder");
    private static final SerializedString PRICE = new SerializedString("price");
    private static final SerializedString DATE_TIME = new SerializedString("dateTime");
    private static final SerializedString WINDOW_START = new SerializedString("window_start");
    private static final SerializedString WINDOW_END = new SerializedString("window_end");
    private static final SerializedString BIDS = new SerializedString("bids");
    private static final SerializedString TOTAL = new SerializedString("total");

    private final JsonFactory factory = new JsonFactoryBuilder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .build();

    /** The columns that the works use. */
    record Bid(long auction, long bidder, long price, long dateTimeMs) {}

    /** One result of work b. */
    record WindowTotals(long auction, long startMs, long endMs, long bids, long total) {}

    Bid read(byte[] json) {
        long auction = 0;
        long bidder = 0;
        long price = 0;
        long dateTimeMs = 0;
        try (JsonParser parser = factory.createParser(json)) {
            parser.nextToken();
            String name;
            while ((name = parser.nextFieldName()) != null) {
                parser.nextToken();
                switch (name) {
                    case "auction" -> auction = parser.getLongValue();
                    case "bidder" -> bidder = parser.getLongValue();
                    case "price" -> price = parser.getLongValue();
                    case "dateTime" -> dateTimeMs = parser.getLongValue();
                    default -> parser.skipChildren();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("an input record is no JSON", e);
        }
        return new Bid(auction, bidder, price, dateTimeMs);
    }

    byte[] write(Bid bid) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(OUTPUT_BYTES);
        try (JsonGenerator out = factory.createGenerator(bytes)) {
            out.writeStartObject();
            number(out, AUCTION, bid.auction());
            number(out, BIDDER, bid.bidder());
            number(out, PRICE, bid.price());
            number(out, DATE_TIME, bid.dateTimeMs());
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    byte[] write(WindowTotals totals) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(OUTPUT_BYTES);
        try (JsonGenerator out = factory.createGenerator(bytes)) {
            out.writeStartObject();
            number(out, AUCTION, totals.auction());
            number(out, WINDOW_START, totals.startMs());
            number(out, WINDOW_END, totals.endMs());
            number(out, BIDS, totals.bids());
            number(out, TOTAL, totals.total());
            out.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static void number(JsonGenerator out, SerializedString name, long value) throws IOException {
        out.writeFieldName(name);
        out.writeNumber(value);
    }
}
