package io.millrace.plan.expression;

import io.millrace.serde.Column;
import io.millrace.serde.DataType;
import io.millrace.serde.DataType.Scalar;
import io.millrace.serde.RowType;
import java.lang.reflect.Type;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.calcite.jdbc.JavaTypeFactoryImpl;
import org.apache.calcite.rel.type.RelDataType;
import org.apache.calcite.rel.type.RelDataTypeFactory;
import org.apache.calcite.rel.type.RelDataTypeField;
import org.apache.calcite.sql.type.SqlTypeName;
import org.jspecify.annotations.Nullable;

/** Our types as Calcite's and back. */
final class SqlTypes extends JavaTypeFactoryImpl {
    SqlTypes() {
        super(new SqlTypeSystem());
    }

    @Override
    public Charset getDefaultCharset() {
        return StandardCharsets.UTF_8;
    }

    /** FLOAT is the four-byte type here, as in Flink; Calcite calls it REAL and takes FLOAT for DOUBLE. */
    @Override
    public RelDataType createSqlType(SqlTypeName type) {
        return super.createSqlType(type == SqlTypeName.FLOAT ? SqlTypeName.REAL : type);
    }

    /** Rows inside rows are arrays here; Calcite would make up classes for them. */
    @Override
    public Type getJavaClass(RelDataType type) {
        return type.isStruct() ? Object[].class : super.getJavaClass(type);
    }

    RelDataType rowOf(RowType columns) {
        RelDataTypeFactory.Builder builder = builder();
        for (Column column : columns.columns()) {
            builder.add(column.name(), of(column.type(), column.nullable()));
        }
        return builder.build();
    }

    RelDataType of(DataType type, boolean nullable) {
        return createTypeWithNullability(of(type), nullable);
    }

    private RelDataType of(DataType type) {
        if (type instanceof Scalar scalar) {
            return createSqlType(
                    switch (scalar) {
                        case BOOLEAN -> SqlTypeName.BOOLEAN;
                        case TINYINT -> SqlTypeName.TINYINT;
                        case SMALLINT -> SqlTypeName.SMALLINT;
                        case INT -> SqlTypeName.INTEGER;
                        case BIGINT -> SqlTypeName.BIGINT;
                        case FLOAT -> SqlTypeName.REAL;
                        case DOUBLE -> SqlTypeName.DOUBLE;
                        case STRING -> SqlTypeName.VARCHAR;
                        case BYTES -> SqlTypeName.VARBINARY;
                        case DATE -> SqlTypeName.DATE;
                        case TIME -> SqlTypeName.TIME;
                        case TIMESTAMP -> SqlTypeName.TIMESTAMP;
                        case TIMESTAMP_LTZ -> SqlTypeName.TIMESTAMP_WITH_LOCAL_TIME_ZONE;
                    });
        }
        if (type instanceof DataType.Decimal decimal) {
            return createSqlType(SqlTypeName.DECIMAL, decimal.precision(), decimal.scale());
        }
        if (type instanceof DataType.Array array) {
            return createArrayType(of(array.element(), true), -1);
        }
        if (type instanceof DataType.MapOf map) {
            return createMapType(of(map.key(), false), of(map.value(), true));
        }
        return rowOf(((DataType.Struct) type).row());
    }

    /** Our type for Calcite's, or null if a column cannot be of it: an interval, for one. */
    static @Nullable DataType from(RelDataType type) {
        if (type.isStruct()) {
            return structFrom(type);
        }
        return switch (type.getSqlTypeName()) {
            case BOOLEAN -> Scalar.BOOLEAN;
            case TINYINT -> Scalar.TINYINT;
            case SMALLINT -> Scalar.SMALLINT;
            case INTEGER -> Scalar.INT;
            case BIGINT -> Scalar.BIGINT;
            case REAL -> Scalar.FLOAT;
            case FLOAT, DOUBLE -> Scalar.DOUBLE;
            case CHAR, VARCHAR -> Scalar.STRING;
            case BINARY, VARBINARY -> Scalar.BYTES;
            case DATE -> Scalar.DATE;
            case TIME -> Scalar.TIME;
            case TIMESTAMP -> Scalar.TIMESTAMP;
            case TIMESTAMP_WITH_LOCAL_TIME_ZONE -> Scalar.TIMESTAMP_LTZ;
            case DECIMAL -> new DataType.Decimal(type.getPrecision(), type.getScale());
            case ARRAY -> arrayFrom(type);
            case MAP -> mapFrom(type);
            default -> null;
        };
    }

    /** The type in our words, as far as there are such. */
    static String text(RelDataType type) {
        DataType ours = from(type);
        return ours == null ? type.getSqlTypeName().getName().replace('_', ' ') : ours.sql();
    }

    private static @Nullable DataType arrayFrom(RelDataType type) {
        RelDataType component = type.getComponentType();
        DataType element = component == null ? null : from(component);
        return element == null ? null : new DataType.Array(element);
    }

    private static @Nullable DataType mapFrom(RelDataType type) {
        RelDataType keyType = type.getKeyType();
        RelDataType valueType = type.getValueType();
        DataType key = keyType == null ? null : from(keyType);
        DataType value = valueType == null ? null : from(valueType);
        return key == null || value == null ? null : new DataType.MapOf(key, value);
    }

    private static @Nullable DataType structFrom(RelDataType type) {
        List<Column> columns = new ArrayList<>();
        for (RelDataTypeField field : type.getFieldList()) {
            DataType fieldType = from(field.getType());
            if (fieldType == null) {
                return null;
            }
            columns.add(new Column(field.getName(), fieldType, field.getType().isNullable()));
        }
        return new DataType.Struct(new RowType(columns));
    }
}
