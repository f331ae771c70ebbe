//! Teams: tags, which say what somebody knows, and the number that Teams answers.

use serde_json::{Value, json};

use super::fault::Fault;
use super::{Asked, Graph};
use crate::office::clock;
use crate::office::http::{Answer, base64};
use crate::office::staff::{Staff, Tag};

impl Graph {
    /// `/teams/{id}/tags`.
    pub(super) fn tags(&self, team: &str, asked: Asked<'_>) -> Result<Answer, Fault> {
        may_see(team, &asked)?;
        let tags = asked.staff.tags.iter();
        let tags = tags.map(|tag| about(tag, asked.staff)).collect();
        self.page(&asked, tags, 100, 999, "teams/tags")
    }

    /// `/teams/{id}/tags/{id}`.
    pub(super) fn tag(&self, team: &str, tag: &str, asked: Asked<'_>) -> Result<Answer, Fault> {
        may_see(team, &asked)?;
        let tag = find(tag, asked.staff)?;
        let mut body = about(tag, asked.staff);
        body["@odata.context"] = json!(format!("{}/$metadata#teams/tags/$entity", self.base));
        Ok(Answer::json(200, &body))
    }

    /// `/teams/{id}/tags/{id}/members`.
    pub(super) fn tagged(&self, team: &str, tag: &str, asked: Asked<'_>) -> Result<Answer, Fault> {
        may_see(team, &asked)?;
        let tag = find(tag, asked.staff)?;
        let members = tag.members.iter().map(|place| {
            let one = &asked.staff.experts[*place];
            json!({
                "id": base64(&format!("{}##{}##{}", self.tenant, tag.id, one.id)),
                "displayName": one.name, "tenantId": self.tenant, "userId": one.id,
            })
        });
        let members = members.collect();
        self.page(&asked, members, 20, 999, "teams/tags/members")
    }

    /// `/admin/teams/userConfigurations/{id}`.
    pub(super) fn number(&self, id: &str, asked: Asked<'_>) -> Result<Answer, Fault> {
        asked.needs(&["TeamsUserConfiguration.Read.All"])?;
        let one = asked.staff.find(id).ok_or(Fault::NotThere)?;
        let number = one.number.as_ref().filter(|_| one.profile.verified_number);
        let numbers: Vec<Value> = number
            .iter()
            .map(|number| json!({ "telephoneNumber": number, "assignmentCategory": "primary" }))
            .collect();
        let features = match number {
            Some(_) => json!(["Teams", "PhoneSystem", "AudioConferencing"]),
            None => json!(["Teams"]),
        };
        Ok(Answer::json(
            200,
            &json!({
                "@odata.context": format!("{}/$metadata#admin/teams/userConfigurations/$entity", self.base),
                "id": one.id, "tenantId": self.tenant, "userPrincipalName": one.username,
                "accountType": "user", "featureTypes": features,
                "isEnterpriseVoiceEnabled": number.is_some(), "telephoneNumbers": numbers,
                "effectivePolicyAssignments": [],
                "createdDateTime": clock::date_time(self.started),
                "modifiedDateTime": clock::date_time(self.started),
            }),
        ))
    }
}

fn may_see(team: &str, asked: &Asked<'_>) -> Result<(), Fault> {
    asked.needs(&["TeamworkTag.Read"])?;
    let known = asked.staff.team.eq_ignore_ascii_case(team);
    known.then_some(()).ok_or(Fault::NotThere)
}

fn find<'a>(id: &str, staff: &'a Staff) -> Result<&'a Tag, Fault> {
    let found = staff
        .tags
        .iter()
        .find(|tag| tag.id.eq_ignore_ascii_case(id));
    found.ok_or(Fault::NotThere)
}

fn about(tag: &Tag, staff: &Staff) -> Value {
    json!({
        "id": tag.id, "teamId": staff.team, "displayName": tag.name, "description": Value::Null,
        "memberCount": tag.members.len(), "tagType": "standard",
    })
}
