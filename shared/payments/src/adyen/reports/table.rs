use application::Failure;
use csv_core::{ReadRecordResult, Reader};

use super::REPORT;
use super::row::{Booking, Row};

/// How long a row may be, in bytes and in columns: a report can have some eighty columns of eighty characters.
const ROW_MAX: usize = 64 * 1024;
const COLUMNS_MAX: usize = 256;

/// Reads a report in the pieces in which it comes, and keeps what moved.
pub(super) struct Table {
    reader: Reader,
    /// The row that is being read, its columns without what stood between them, and where each ends.
    text: Vec<u8>,
    ends: Vec<usize>,
    read: usize,
    ended: usize,
    /// How many columns the first row has, and at which of them the ones are that are needed.
    header: Option<(usize, [usize; Row::COLUMNS.len()])>,
    bookings: Vec<Booking>,
}

impl Default for Table {
    fn default() -> Self {
        Self {
            reader: Reader::new(),
            text: vec![0; ROW_MAX],
            ends: vec![0; COLUMNS_MAX],
            read: 0,
            ended: 0,
            header: None,
            bookings: Vec::new(),
        }
    }
}

impl Table {
    /// Reads the next piece, which may begin and end anywhere.
    pub(super) fn take(&mut self, mut piece: &[u8]) -> Result<(), Failure> {
        while !piece.is_empty() {
            piece = self.step(piece)?.1;
        }
        Ok(())
    }

    /// What moved, once there is no more.
    pub(super) fn end(mut self) -> Result<Vec<Booking>, Failure> {
        while self.step(&[])?.0 != ReadRecordResult::End {}
        // A file without as much as its first row is none.
        self.header.ok_or(UNREADABLE)?;
        Ok(self.bookings)
    }

    /// Reads to the end of the row or of the piece, and gives what is left of the piece. An empty one ends the last row.
    fn step<'a>(&mut self, piece: &'a [u8]) -> Result<(ReadRecordResult, &'a [u8]), Failure> {
        let text = self.text.get_mut(self.read..).ok_or(UNREADABLE)?;
        let ends = self.ends.get_mut(self.ended..).ok_or(UNREADABLE)?;
        let (result, taken, read, ended) = self.reader.read_record(piece, text, ends);
        self.read = self.read.saturating_add(read);
        self.ended = self.ended.saturating_add(ended);
        match result {
            ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
            ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => return Err(UNREADABLE),
            ReadRecordResult::Record => {
                self.row()?;
                (self.read, self.ended) = (0, 0);
            }
        }
        Ok((result, piece.get(taken..).unwrap_or_default()))
    }

    fn row(&mut self) -> Result<(), Failure> {
        let ends = self.ends.get(..self.ended).ok_or(UNREADABLE)?;
        let Some((columns, places)) = &self.header else {
            let places = Row::COLUMNS
                .map(|name| (0..ends.len()).find(|place| column(&self.text, ends, *place) == Some(name)));
            let mut known = [0; Row::COLUMNS.len()];
            for ((known, place), name) in known.iter_mut().zip(places).zip(Row::COLUMNS) {
                *known = place.ok_or_else(|| {
                    tracing::error!(
                        column = name,
                        "Adyen's payment accounting report lacks a column, and a person must add it"
                    );
                    UNREADABLE
                })?;
            }
            self.header = Some((ends.len(), known));
            return Ok(());
        };
        // A row of another length is not what its columns say.
        if ends.len() != *columns {
            return Err(UNREADABLE);
        }
        let read = |place: usize| column(&self.text, ends, place).ok_or(UNREADABLE);
        let [psp, paid, date, zone, record, currency, captured, modification, named, original] = *places;
        let row = Row {
            psp_reference: read(psp)?,
            merchant_reference: read(paid)?,
            booking_date: read(date)?,
            time_zone: read(zone)?,
            record_type: read(record)?,
            payment_currency: read(currency)?,
            captured: read(captured)?,
            modification_psp_reference: read(modification)?,
            modification_merchant_reference: read(named)?,
            original_amount: read(original)?,
        };
        self.bookings.extend(row.booking()?);
        Ok(())
    }
}

fn column<'a>(text: &'a [u8], ends: &[usize], place: usize) -> Option<&'a str> {
    let from = place.checked_sub(1).map_or(Some(0), |before| ends.get(before).copied())?;
    core::str::from_utf8(text.get(from..*ends.get(place)?)?).ok().map(str::trim)
}

const UNREADABLE: Failure = Failure::Unreadable(REPORT);

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "\u{feff}Note,Psp Reference,Merchant Reference,Booking Date,TimeZone,Record Type,Payment Currency,\
                        Captured (PC),Modification Psp Reference,Modification Merchant Reference,Original Amount\r\n\
                        \"Größe, \"\"M\"\"\nand L\",PSP1,order-1,2026-09-21 16:05:00,CEST,SentForSettle,EUR,89.99,MOD1,order-1,\r\n\
                        ,PSP1,order-1,2026-09-21 16:06:00,CEST,SentForRefund,EUR,-5.00,MOD2,order-1-refund-1,";

    fn ids(pieces: &[&[u8]]) -> Result<Vec<String>, Failure> {
        let mut table = Table::default();
        for piece in pieces {
            table.take(piece)?;
        }
        Ok(table.end()?.iter().map(|booking| booking.transfer.id.as_str().to_owned()).collect())
    }

    #[test]
    fn a_file_says_the_same_wherever_its_pieces_end() {
        let file = FILE.as_bytes();
        let whole = ids(&[file]).unwrap();
        assert_eq!(whole, ["MOD1", "MOD2"]);
        for at in 0..file.len() {
            let (before, behind) = file.split_at(at);
            assert_eq!(ids(&[before, behind]).as_ref(), Ok(&whole), "{at}");
        }
        assert_eq!(ids(&file.chunks(1).collect::<Vec<_>>()), Ok(whole));
    }

    #[test]
    fn fault_81_a_row_that_is_longer_than_any_is_not_read() {
        let long = FILE.replace("and L", &"L".repeat(ROW_MAX));
        let wide = format!("{}{FILE}", "Note,".repeat(COLUMNS_MAX));
        for file in [long, wide] {
            assert_eq!(ids(&[file.as_bytes()]), Err(UNREADABLE));
        }
    }
}
