package io.millrace.serde.json;

import io.millrace.serde.Decoder;
import io.millrace.serde.Encoder;
import io.millrace.serde.Format;
import io.millrace.serde.RowType;

/**
 * One JSON object per record, its fields matched to columns by exact name.
 *
 * <p>Reading: fields that are not wanted are passed over; of a field that occurs twice the last counts; a record is read to
 * its end, so malformed JSON after the last wanted field is still found. Whole numbers, also as 1.0, are range-checked;
 * decimals are read exactly and rounded half up to their scale; a STRING takes numbers and booleans as their text; DECIMAL
 * takes strings too; BYTES is base64; DATE and TIME are ISO-8601 strings; TIMESTAMP and TIMESTAMP_LTZ are ISO-8601 strings or
 * milliseconds since 1970. A key of one column may also be a plain scalar instead of an object.
 *
 * <p>Writing: every column is written, null as null, times as ISO-8601 strings, BYTES as base64, half of a
 * surrogate pair as an escape. NaN and infinities have no
 * JSON form and are refused.
 */
public final class JsonFormat implements Format {
    @Override
    public String name() {
        return "json";
    }

    @Override
    public Decoder decoder(Place place, RowType wanted) {
        return new JsonDecoder(wanted, place.key());
    }

    @Override
    public Encoder encoder(Place place, RowType type) {
        return new JsonEncoder(type);
    }
}
