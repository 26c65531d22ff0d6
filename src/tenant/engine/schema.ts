/**
 * The part of Qlik's engine schema that reading an app takes, word for word as in enigma.js (a test compares them).
 * enigma.js builds an object for every method of a schema, for each session anew: with the whole one, opening an app
 * costs ten times as much, and 206 kB have to be loaded.
 */
export const engineSchema = {
  structs: {
    Global: {
      OpenDoc: {
        In: [
          { Name: 'qDocName', DefaultValue: '' },
          { Name: 'qUserName', DefaultValue: '', Optional: true },
          { Name: 'qPassword', DefaultValue: '', Optional: true },
          { Name: 'qSerial', DefaultValue: '', Optional: true },
          { Name: 'qNoData', DefaultValue: false, Optional: true },
        ],
        Out: [],
      },
    },
    Doc: {
      GetAllInfos: { In: [], Out: [{ Name: 'qInfos' }] },
      CreateSessionObject: {
        In: [
          {
            Name: 'qProp',
            DefaultValue: { qInfo: { qId: '', qType: '' }, qExtendsId: '', qMetaDef: {}, qStateName: '' },
          },
        ],
        Out: [],
      },
    },
    GenericObject: { GetLayout: { In: [], Out: [{ Name: 'qLayout' }] } },
  },
} as const;
