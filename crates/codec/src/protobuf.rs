//! `smartpole.v1` protobuf.

use prost::Message;
use smartpole_model::{Decimal, Reason, UtcMillis};

use crate::{MAX_SAMPLES, MAX_VALUES, MAX_VALUES_PER_SAMPLE, Refusal, Sample, Value, names::Names, v1};

pub(crate) fn decode(names: Names<'_>, payload: &[u8]) -> Result<Vec<Sample>, Refusal> {
    let uplink = v1::Uplink::decode(payload).map_err(|error| Refusal::decode(format!("not smartpole.v1: {error}")))?;
    check_size(&uplink.samples)?;
    Ok(uplink.samples.iter().map(|sample| read_sample(names, sample)).collect())
}

fn check_size(samples: &[v1::Sample]) -> Result<(), Refusal> {
    if samples.len() > MAX_SAMPLES {
        return Err(Refusal::decode(format!("more than {MAX_SAMPLES} samples")));
    }
    if samples.iter().any(|sample| sample.values.len() > MAX_VALUES_PER_SAMPLE) {
        return Err(Refusal::decode(format!("more than {MAX_VALUES_PER_SAMPLE} values in a sample")));
    }
    if samples.iter().map(|sample| sample.values.len()).sum::<usize>() > MAX_VALUES {
        return Err(Refusal::decode(format!("more than {MAX_VALUES} values")));
    }
    Ok(())
}

fn read_sample(names: Names<'_>, sent: &v1::Sample) -> Sample {
    let mut sample = Sample {
        time: sent.time_ms.map(UtcMillis),
        values: Vec::with_capacity(sent.values.len()),
        ..Sample::default()
    };
    for value in &sent.values {
        sample.keep(&value.property, read_value(names, value));
    }
    sample
}

fn read_value(names: Names<'_>, sent: &v1::Value) -> Result<Value, Reason> {
    let meaning = names.property(&sent.property, sent.channel)?;
    let decimals = u8::try_from(sent.decimals).ok().filter(|decimals| *decimals <= 18).ok_or(Reason::Overflow)?;
    meaning.value(Decimal { mantissa: sent.mantissa, decimals })
}
